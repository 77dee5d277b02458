import { useEffect } from 'preact/hooks';
import { ActionButton } from '../parts/action-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { ClockInstant } from '../parts/instant.tsx';
import { health, resumeQueue, watchHealth } from '../state/health.ts';
import { isOffline } from '../state/session.ts';
import { BulkBanner } from './bulk-banner.tsx';

/** What concerns every screen: that the queue is paused, that it does not answer, or that many events are being changed. */
export function Banners() {
  useEffect(watchHealth, []);
  const { value } = health;
  return (
    <>
      {isOffline.value && (
        <p class="banner alarm" role="status">
          <Icon name="warning" />
          <span>The queue does not answer. What is shown may be out of date; the page asks again by itself.</span>
        </p>
      )}
      {value?.paused === true && value.paused_since_utc !== undefined && (
        <div class="banner warn" role="status">
          <Icon name="pause" />
          <span>
            The queue has been paused since <ClockInstant at={value.paused_since_utc} />: events are accepted, and none
            is called.
          </span>
          <ActionButton scope="manage" run={resumeQueue}>
            Resume
          </ActionButton>
        </div>
      )}
      <BulkBanner />
    </>
  );
}
