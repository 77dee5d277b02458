// The marks of a receiver in a table, here one of SQLite. Every database has the like of these statements.
export function tableMarks(database) {
  database.exec('CREATE TABLE IF NOT EXISTS received (id TEXT PRIMARY KEY, done INTEGER NOT NULL) STRICT');
  const insert = database.prepare('INSERT INTO received (id, done) VALUES (?, 0) ON CONFLICT DO NOTHING');
  const select = database.prepare('SELECT done FROM received WHERE id = ?');
  const update = database.prepare('UPDATE received SET done = 1 WHERE id = ?');
  const remove = database.prepare('DELETE FROM received WHERE id = ?');

  return {
    async begin(id) {
      if (insert.run(id).changes === 1) return 'new'; // one atomic statement, which only one of two calls can win
      return select.get(id)?.done === 1 ? 'done' : 'begun';
    },
    finish: async (id) => update.run(id),
    forget: async (id) => remove.run(id),
  };
}
