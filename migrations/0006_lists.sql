CREATE TABLE `run_labels` (
	`project_id` text NOT NULL,
	`label` text NOT NULL,
	`slot` integer NOT NULL,
	PRIMARY KEY(`project_id`, `label`, `slot`)
) WITHOUT ROWID;
--> statement-breakpoint
DROP INDEX `runs_by_start`;--> statement-breakpoint
CREATE INDEX `runs_open` ON `runs` (`project_id`,"started_ns" DESC,"id" DESC,`outcome`,`kind`,`service`,`environment`,`user_id`,`name`,`error_count`,`seen_at`,`ended_ns`,`cost_nano_usd`,`input_tokens`,`output_tokens`,`models`,`providers`,`tags`) WHERE outcome = 0;--> statement-breakpoint
CREATE INDEX `runs_by_cost` ON `runs` (`project_id`,"cost_nano_usd" DESC,"id" DESC,`outcome`) WHERE outcome > 0 AND cost_nano_usd IS NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_by_duration` ON `runs` (`project_id`,ended_ns - started_ns DESC,"id" DESC,`outcome`) WHERE outcome > 0 AND ended_ns IS NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_by_start` ON `runs` (`project_id`,"started_ns" DESC,"id" DESC,`outcome`,`kind`,`service`,`environment`,`user_id`,`name`,`error_count`,`seen_at`,`ended_ns`,`cost_nano_usd`,`input_tokens`,`output_tokens`,`models`,`providers`,`tags`);--> statement-breakpoint
-- The labels of the runs that are there: src/domain/projection/labels.ts in SQL. D1 allows five parts to a UNION.
INSERT OR IGNORE INTO `run_labels` SELECT DISTINCT project_id, 'kind:' || kind, started_ns >> 38 FROM `runs`;--> statement-breakpoint
INSERT OR IGNORE INTO `run_labels` SELECT DISTINCT project_id, 'outcome:' || outcome, started_ns >> 38 FROM `runs` WHERE outcome > 0;--> statement-breakpoint
INSERT OR IGNORE INTO `run_labels` SELECT DISTINCT project_id, 'errors:', started_ns >> 38 FROM `runs` WHERE error_count > 0;--> statement-breakpoint
INSERT OR IGNORE INTO `run_labels` SELECT DISTINCT project_id, 'name:' || name, started_ns >> 38 FROM `runs`;--> statement-breakpoint
INSERT OR IGNORE INTO `run_labels` SELECT DISTINCT project_id, 'service:' || service, started_ns >> 38 FROM `runs` WHERE service IS NOT NULL;--> statement-breakpoint
INSERT OR IGNORE INTO `run_labels` SELECT DISTINCT project_id, 'environment:' || environment, started_ns >> 38 FROM `runs` WHERE environment IS NOT NULL;--> statement-breakpoint
INSERT OR IGNORE INTO `run_labels` SELECT DISTINCT project_id, 'user:' || user_id, started_ns >> 38 FROM `runs` WHERE user_id IS NOT NULL;--> statement-breakpoint
INSERT OR IGNORE INTO `run_labels` SELECT DISTINCT project_id, 'model:' || value, started_ns >> 38 FROM `runs`, json_each(models);--> statement-breakpoint
INSERT OR IGNORE INTO `run_labels` SELECT DISTINCT project_id, 'provider:' || value, started_ns >> 38 FROM `runs`, json_each(providers);--> statement-breakpoint
INSERT OR IGNORE INTO `run_labels` SELECT DISTINCT project_id, 'tag:' || value, started_ns >> 38 FROM `runs`, json_each(tags);--> statement-breakpoint
INSERT OR IGNORE INTO `run_labels` SELECT DISTINCT project_id, 'tool:' || value, started_ns >> 38 FROM `runs`, json_each(details, '$.tools')
