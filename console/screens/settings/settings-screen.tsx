import { KeysCard } from './keys-card.tsx';
import { PauseCard } from './pause-card.tsx';
import { SigningSecretCard } from './signing-secret-card.tsx';

/** What concerns the whole queue: whether it is paused, who may use it, and how its calls are signed. */
export function SettingsScreen() {
  return (
    <div class="screen settings">
      <h1>Settings</h1>
      <PauseCard />
      <KeysCard />
      <SigningSecretCard />
    </div>
  );
}
