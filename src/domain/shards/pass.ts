/** What one try of a step works with. */
export interface Pass {
  projectId: string;
  moveId: string;
  from: D1Database;
  to: D1Database;
  /** This try's own. */
  token: string;
}

/** The move was taken over, by a later try of the same step or by another move. */
export class TakenOver extends Error {
  override readonly name = "TakenOver";
}

/**
 * Makes this try the only one that writes where the project moves to. To be called before anything is read of where it
 * comes from: then a try that was thought dead cannot write what it read before over what was read after.
 * @throws TakenOver if the move has written everything, or is not this one any more
 */
export async function takePass(pass: Pass): Promise<void> {
  const { meta } = await pass.to
    .prepare("UPDATE project_moves SET token = ? WHERE project_id = ? AND role = 'to' AND move_id = ? AND closed = 0")
    .bind(pass.token, pass.projectId, pass.moveId)
    .run();
  if (meta.changes === 0) throw new TakenOver("Another try of this move is further.");
}

/** The first statement of a batch that writes where the project moves to: fails it if the pass is not valid any more. */
export function writing({ projectId, moveId, to, token }: Pass): D1PreparedStatement {
  // NULL in a primary key is what fails.
  return to
    .prepare(
      `INSERT INTO project_moves (project_id, role, move_id) SELECT NULL, 'to', '' WHERE NOT EXISTS (
         SELECT 1 FROM project_moves WHERE project_id = ? AND role = 'to' AND move_id = ? AND token = ? AND closed = 0)`,
    )
    .bind(projectId, moveId, token);
}
