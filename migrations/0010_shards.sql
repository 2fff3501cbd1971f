CREATE TABLE `project_changes` (
	`n` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project_id` text NOT NULL,
	`source` text NOT NULL,
	`key` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `project_moves` (
	`project_id` text NOT NULL,
	`role` text NOT NULL,
	`move_id` text NOT NULL,
	`token` text,
	`fence` text,
	`closed` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`project_id`, `role`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `projects` ADD `shard` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `projects` ADD `moving` text;