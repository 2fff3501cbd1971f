ALTER TABLE `dead_letters` ADD `preview` text;--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `replayed_at` integer;--> statement-breakpoint
CREATE INDEX `dead_letters_by_time` ON `dead_letters` (`project_id`,"received_at" DESC,"id" DESC);--> statement-breakpoint
CREATE INDEX `dead_letters_waiting` ON `dead_letters` (`project_id`) WHERE replayed_at IS NULL;