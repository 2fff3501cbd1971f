CREATE TABLE `price_lists` (
	`project_id` text NOT NULL,
	`version` integer NOT NULL,
	`prices` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`project_id`, `version`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `repricings` (
	`project_id` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `runs` ADD `version` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `metadata_rank` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `details` text DEFAULT '{}' NOT NULL;