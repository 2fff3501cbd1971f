CREATE TABLE `ended_grants` (
	`project_id` text NOT NULL,
	`grant_id` text NOT NULL,
	`ended_at` integer NOT NULL,
	PRIMARY KEY(`project_id`, `grant_id`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `api_keys` ADD `created_by` text;--> statement-breakpoint
CREATE INDEX `api_keys_by_id` ON `api_keys` (`project_id`,`id`);--> statement-breakpoint
ALTER TABLE `sign_in_links` ADD `key_id` text;--> statement-breakpoint
ALTER TABLE `sign_ins` ADD `key_id` text;