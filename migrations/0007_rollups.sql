CREATE TABLE `project_state` (
	`project_id` text PRIMARY KEY NOT NULL,
	`rewrites` integer DEFAULT 0 NOT NULL,
	`rollups_shown` integer DEFAULT 1 NOT NULL,
	`rollups_written` integer DEFAULT 1 NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `project_state` (project_id, rewrites) SELECT project_id, count FROM `repricings`;
--> statement-breakpoint
CREATE TABLE `rollups` (
	`project_id` text NOT NULL,
	`generation` integer NOT NULL,
	`series` text NOT NULL,
	`slot` integer NOT NULL,
	`value` text NOT NULL,
	`service` text NOT NULL,
	`environment` text NOT NULL,
	`model` text NOT NULL,
	`provider` text NOT NULL,
	`operation` text NOT NULL,
	`count` integer NOT NULL,
	`error_count` integer NOT NULL,
	`unpriced_count` integer NOT NULL,
	`input_tokens` integer NOT NULL,
	`cached_input_tokens` integer NOT NULL,
	`cache_write_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`reasoning_tokens` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`duration_us` integer NOT NULL,
	`latency` text NOT NULL,
	PRIMARY KEY(`project_id`, `generation`, `series`, `slot`, `value`, `service`, `environment`, `model`, `provider`, `operation`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `runs` ADD `rollups` integer DEFAULT 0 NOT NULL;