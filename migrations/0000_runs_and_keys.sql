-- WITHOUT ROWID is written by hand (drizzle-kit cannot say it): D1 bills the hidden row id of a text key as a second row.
CREATE TABLE `api_keys` (
	`hash` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`project_id` text NOT NULL,
	`name` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `api_keys_by_project` ON `api_keys` (`project_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`project_id` text NOT NULL,
	`id` text NOT NULL,
	`queue` text NOT NULL,
	`blob` text NOT NULL,
	`attempts` integer NOT NULL,
	`received_at` integer NOT NULL,
	PRIMARY KEY(`project_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `llm_calls` (
	`project_id` text NOT NULL,
	`run_id` text NOT NULL,
	`span_id` text NOT NULL,
	`model` text,
	`provider` text,
	`status` text NOT NULL,
	`start_ns` integer NOT NULL,
	`end_ns` integer NOT NULL,
	`input_tokens` integer,
	`output_tokens` integer,
	`cost_nano_usd` integer,
	`counted` integer NOT NULL,
	`details` text NOT NULL,
	PRIMARY KEY(`project_id`, `run_id`, `span_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `projects` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `runs` (
	`project_id` text NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`service` text,
	`environment` text,
	`head_rank` text,
	`session_id` text,
	`session_rank` text,
	`user_id` text,
	`user_rank` text,
	`input_preview` text,
	`input_rank` text,
	`output_preview` text,
	`output_rank` text,
	`parent_run_id` text,
	`tags` text NOT NULL,
	`metadata` text NOT NULL,
	`outcome` integer NOT NULL,
	`started_ns` integer NOT NULL,
	`ended_ns` integer,
	`event_count` integer NOT NULL,
	`span_count` integer NOT NULL,
	`error_count` integer NOT NULL,
	`tool_call_count` integer NOT NULL,
	`llm_call_count` integer NOT NULL,
	`input_tokens` integer,
	`cached_input_tokens` integer,
	`output_tokens` integer,
	`reasoning_tokens` integer,
	`cost_nano_usd` integer,
	`price_version` text,
	`models` text NOT NULL,
	`providers` text NOT NULL,
	`last_seq` integer NOT NULL,
	`seen_at` integer NOT NULL,
	PRIMARY KEY(`project_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `runs_by_start` ON `runs` (`project_id`,`started_ns` DESC,`id` DESC);--> statement-breakpoint
CREATE INDEX `runs_by_session` ON `runs` (`project_id`,`session_id`,`started_ns` DESC) WHERE session_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `segments` (
	`project_id` text NOT NULL,
	`run_id` text NOT NULL,
	`first_seq` integer NOT NULL,
	`last_seq` integer NOT NULL,
	`batch_id` text NOT NULL,
	`pack` text NOT NULL,
	`byte_offset` integer NOT NULL,
	`byte_length` integer NOT NULL,
	`slice_from` integer NOT NULL,
	`slice_to` integer NOT NULL,
	`skip` text,
	`links` blob,
	PRIMARY KEY(`project_id`, `run_id`, `first_seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sign_in_links` (
	`hash` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`scopes` text NOT NULL,
	`expires_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sign_ins` (
	`hash` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`project_id` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
) WITHOUT ROWID;
