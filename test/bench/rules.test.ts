import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { documentationRules } from '../../bench/workers/documentation-rules.ts';
import { lookupRules } from '../../bench/workers/lookup-rules.ts';
import { rules } from '../../bench/workers/rules.ts';
import { securityRules } from '../../bench/workers/security-rules.ts';
import { templateRules } from '../../bench/workers/template-rules.ts';
import { trustRules } from '../../bench/workers/trust-rules.ts';

test.each([...rules, ...templateRules, ...securityRules, ...trustRules, ...lookupRules, ...documentationRules])(
  'can be taken away: $name',
  ({ file, code, without }) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(text.split(code).length - 1).toBe(1);
    expect(without).not.toBe(code);
  },
);
