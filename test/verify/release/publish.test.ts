import { expect, test } from '@jest/globals';
import { refusalOfChangelog } from '../../../verify/release/publish.ts';

test('a version without an entry in the changelog is not published', () => {
  expect(refusalOfChangelog('# Changelog\n\n## Unreleased\n\n## 1.2.30\n', '1.2.3')).toContain('"## 1.2.3"');
});

test.each(['## 1.2.3', '## 1.2.3 (2026-11-30)'])('a version with the entry %s may be published', (entry) => {
  expect(refusalOfChangelog(`# Changelog\n\n## Unreleased\n\n${entry}\n\n- Something.\n`, '1.2.3')).toBeUndefined();
});
