import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { JsonText } from '../../api/wire/json-text.ts';
import { writeJson } from '../../api/write-json.ts';
import { apiClient } from '../support/api-client.ts';

test('is what JSON.stringify writes, and has JSON texts in their places as they are', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const [first, second] = [one, other].map((value) => ` ${JSON.stringify(value, null, 1)}\n`);
      const value = { one, texts: [new JsonText(first ?? ''), 'x', new JsonText(second ?? '')], other };
      expect(writeJson(value)).toBe(
        `{"one":${JSON.stringify(one)},"texts":[${first},"x",${second}],"other":${JSON.stringify(other)}}`,
      );
    }),
  );
});

test('a JSON body of 256 KiB is answered as it was written, and no value of it is looked at one by one', async () => {
  const body = `{"url_to_send_request":"https://example.com/","body":[${Array(100_000).fill('1.0').join()}]}`;
  const { sendRaw } = apiClient();
  const parse = jest.spyOn(JSON, 'parse');
  const answer = await sendRaw({
    method: 'POST',
    path: '/events',
    body: body.slice(0, 260_000).replace(/,[^,]*$/, ']}'),
  });
  const oneByOne = parse.mock.calls.filter((given) => given.length > 1);
  parse.mockRestore();
  expect([answer.statusCode, oneByOne.length]).toEqual([201, 0]);
  expect(answer.body).toContain('"body":[1.0,1.0,');
});
