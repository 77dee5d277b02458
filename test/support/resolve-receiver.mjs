import { registerHooks } from 'node:module';

// The examples import the published package. Here its name stands for the source that is published.
const { href: url } = new URL('../../receiver/receiver.ts', import.meta.url);

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'http-event-queue/receiver' ? { url, shortCircuit: true } : next(specifier, context),
});
