-- The calls of a part move into its row, in the form of src/domain/projection/calls.ts. The table is made anew instead of
-- altered and updated: triggers of a move that is at work would refuse the update, and without them the move begins anew.
CREATE TABLE `segments_with_calls` (
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
	`doc` integer,
	`calls` text,
	PRIMARY KEY(`project_id`, `run_id`, `first_seq`)
) WITHOUT ROWID;
--> statement-breakpoint
-- Which calls are a part's, its links tell: 16 bytes a span, of which the first 8 are its id. The list of zeros counts them.
INSERT INTO `segments_with_calls` SELECT project_id, run_id, first_seq, last_seq, batch_id, pack, byte_offset, byte_length,
  slice_from, slice_to, skip, links, doc, (
    SELECT nullif(json_group_array(json_array(json(shared), json(own))), '[]') FROM (
      SELECT shared, json_group_array(json(own)) AS own FROM (
        SELECT shared, own, n, (row_number() OVER (PARTITION BY shared ORDER BY n) - 1) / 16 AS nth FROM (
          SELECT n.key AS n,
            CASE WHEN details ->> 'service_tier' IS NULL
              THEN json_array(details -> 'name', details -> 'step', details -> 'operation', model, provider, details -> 'price_version')
              ELSE json_array(details -> 'name', details -> 'step', details -> 'operation', model, provider, details -> 'price_version',
                details -> 'service_tier')
            END AS shared,
            json_insert(
              json_array(span_id, details -> 'parent_span_id',
                counted + 2 * (status = 'error') + 4 * (details ->> 'refused' IS NOT NULL) + 8 * (details ->> 'own_call' IS NOT NULL)
                  + 16 * (details ->> 'usage' IS NOT NULL),
                CAST(start_ns AS TEXT),
                CASE WHEN start_ns > 0 AND end_ns BETWEEN start_ns AND start_ns + 9007199254740991
                  THEN end_ns - start_ns ELSE CAST(end_ns AS TEXT) END,
                cost_nano_usd, input_tokens, output_tokens),
              '$[#]', json(json_patch('{}', json_patch(coalesce(details -> 'usage', '{}'), json_object(
                'time_to_first_token_ms', details -> 'time_to_first_token_ms',
                'unpriced', details -> 'unpriced',
                'client_cost_nano_usd', details -> 'client_cost_nano_usd'))))) AS own
          FROM json_each('[0' || replace(hex(zeroblob(max(0, length(s.links) / 16 - 1))), '00', ',0') || ']') AS n
          CROSS JOIN `llm_calls` AS c ON c.project_id = s.project_id AND c.run_id = s.run_id
            AND c.span_id = lower(hex(substr(s.links, n.key * 16 + 1, 8)))))
      GROUP BY shared, nth ORDER BY min(n)))
FROM `segments` AS s;
--> statement-breakpoint
DROP TABLE `segments`;--> statement-breakpoint
DROP TABLE `llm_calls`;--> statement-breakpoint
ALTER TABLE `segments_with_calls` RENAME TO `segments`;--> statement-breakpoint
CREATE VIEW `llm_calls` AS SELECT s.project_id, s.run_id,
  c.value ->> 0 AS span_id,
  c.value ->> 1 AS parent_span_id,
  k.value ->> '$[0][0]' AS name,
  k.value ->> '$[0][1]' AS step,
  k.value ->> '$[0][2]' AS operation,
  k.value ->> '$[0][3]' AS model,
  k.value ->> '$[0][4]' AS provider,
  CASE WHEN c.value ->> 2 & 2 THEN 'error' ELSE 'ok' END AS status,
  CAST(c.value ->> 3 AS INTEGER) AS start_ns,
  CASE json_type(c.value, '$[4]') WHEN 'text' THEN CAST(c.value ->> 4 AS INTEGER)
    ELSE CAST(c.value ->> 3 AS INTEGER) + (c.value ->> 4) END AS end_ns,
  c.value ->> '$[8].time_to_first_token_ms' AS time_to_first_token_ms,
  c.value ->> 6 AS input_tokens,
  c.value ->> '$[8].cached' AS cached_input_tokens,
  c.value ->> '$[8].cache_write' AS cache_write_tokens,
  c.value ->> 7 AS output_tokens,
  c.value ->> '$[8].reasoning' AS reasoning_tokens,
  c.value ->> 5 AS cost_nano_usd,
  k.value ->> '$[0][5]' AS price_version,
  c.value ->> '$[8].unpriced' AS unpriced,
  c.value ->> '$[8].client_cost_nano_usd' AS client_cost_nano_usd,
  k.value ->> '$[0][6]' AS service_tier,
  c.value ->> 2 & 1 AS counted
FROM segments AS s, json_each(s.calls) AS k, json_each(k.value, '$[1]') AS c;