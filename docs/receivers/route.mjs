// app/api/events/route.js in an application of Next.js
import { statusFor } from './event-queue.mjs';

export const runtime = 'nodejs'; // not edge, which has no files
export const dynamic = 'force-dynamic'; // a GET is a call, and is answered from no cache

export async function POST(request) {
  return new Response(null, { status: await statusFor(request) });
}

export { POST as DELETE, POST as GET, POST as HEAD, POST as PATCH, POST as PUT };
