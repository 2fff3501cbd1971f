CREATE TABLE `run_peaks` (
	`project_id` text NOT NULL,
	`slot` integer NOT NULL,
	`cost_min` integer NOT NULL,
	`cost_max` integer NOT NULL,
	`duration_min` integer NOT NULL,
	`duration_max` integer NOT NULL,
	`tokens_min` integer NOT NULL,
	`tokens_max` integer NOT NULL,
	PRIMARY KEY(`project_id`, `slot`)
) WITHOUT ROWID;
--> statement-breakpoint
DROP INDEX `runs_by_cost`;--> statement-breakpoint
-- The bounds of the runs that are there: src/domain/projection/peaks.ts in SQL.
INSERT INTO `run_peaks`
SELECT project_id, slot, coalesce(min(cost), 9223372036854775807), coalesce(max(cost), -9223372036854775807), coalesce(min(duration), 9223372036854775807), coalesce(max(duration), -9223372036854775807), coalesce(min(tokens), 9223372036854775807), coalesce(max(tokens), -9223372036854775807)
FROM (
	SELECT
		project_id,
		started_ns >> 38 AS slot,
		cost_nano_usd AS cost,
		ended_ns - started_ns AS duration,
		CASE WHEN input_tokens IS NULL THEN output_tokens WHEN output_tokens IS NULL THEN input_tokens ELSE input_tokens + output_tokens END AS tokens
	FROM `runs`
	WHERE outcome > 0
)
GROUP BY project_id, slot
