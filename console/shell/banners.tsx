import { ActionButton } from '../parts/action-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { RelativeInstant } from '../parts/instant.tsx';
import type { HealthAnswer } from '../state/api-types.ts';
import { useLive } from '../state/live.ts';
import { ask, isOffline } from '../state/session.ts';

const ASK_EVERY_S = 15;

/** What concerns every screen: that the queue is paused, or that it does not answer. */
export function Banners() {
  const health = useLive<HealthAnswer>('/health', { every: ASK_EVERY_S });

  async function resume(): Promise<void> {
    await ask('/resume', { method: 'POST' });
    health.refresh();
  }

  return (
    <>
      {isOffline.value && (
        <p class="banner alarm" role="status">
          <Icon name="warning" />
          The queue does not answer. What is shown may be out of date; the page asks again by itself.
        </p>
      )}
      {health.value?.paused === true && health.value.paused_since_utc !== undefined && (
        <div class="banner warn" role="status">
          <Icon name="pause" />
          <span>
            The queue is paused since <RelativeInstant at={health.value.paused_since_utc} />: events are accepted, and
            none is called.
          </span>
          <ActionButton scope="manage" run={resume}>
            Resume
          </ActionButton>
        </div>
      )}
    </>
  );
}
