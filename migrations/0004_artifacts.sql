CREATE TABLE `artifacts` (
	`project_id` text NOT NULL,
	`id` text NOT NULL,
	`run_id` text NOT NULL,
	`name` text NOT NULL,
	`sha256` text NOT NULL,
	`size` integer NOT NULL,
	`content_type` text NOT NULL,
	`entity_type` text,
	`tags` text NOT NULL,
	`blob` text NOT NULL,
	`created_at` integer NOT NULL,
	`latest` integer NOT NULL,
	`announced` integer NOT NULL,
	PRIMARY KEY(`project_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `artifacts_by_name` ON `artifacts` (`project_id`,`run_id`,`name`) WHERE latest = 1;--> statement-breakpoint
CREATE INDEX `artifacts_by_time` ON `artifacts` (`project_id`,"created_at" DESC,"id" DESC) WHERE latest = 1;--> statement-breakpoint
CREATE INDEX `artifacts_by_entity` ON `artifacts` (`project_id`,`entity_type`,"created_at" DESC,"id" DESC) WHERE latest = 1 AND entity_type IS NOT NULL;