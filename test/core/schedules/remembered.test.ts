import { expect, test } from '@jest/globals';
import { remembered } from '../../../core/schedules/remembered.ts';

test('a value is found once, until as many others are remembered as there is room for', () => {
  const map = new Map<string, string>();
  const found: string[] = [];
  const find = (name: string) => remembered(map, 2, name, () => `${found.push(name)}`);
  expect([find('a'), find('a'), find('b'), find('a')]).toEqual(['1', '1', '2', '1']);
  expect([find('c'), find('a'), find('c')]).toEqual(['3', '4', '3']);
  expect(map.size).toBe(2);
});
