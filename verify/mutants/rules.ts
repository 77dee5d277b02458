import { floodRules } from './flood-rules.ts';
import { lossRules } from './loss-rules.ts';
import { repetitionRules } from './repetition-rules.ts';
import type { Rule } from './rule.ts';
import { scheduleRules } from './schedule-rules.ts';
import { securityRules } from './security-rules.ts';

/** The rules of the protocol: those whose absence loses, repeats, floods or leaks. */
export const rules: readonly Rule[] = [
  ...lossRules,
  ...repetitionRules,
  ...floodRules,
  ...scheduleRules,
  ...securityRules,
];
