// SPDX-License-Identifier: Apache-2.0
// announce() tells screen readers what just arrived or happened, politely; the words are also in the
// page. No patient's name goes through here.
import { useEffect, useState } from 'react';

const listeners = new Set<(text: string) => void>();

export function announce(text: string): void {
  for (const listener of listeners) listener(text);
}

export function LiveRegion() {
  const [text, setText] = useState('');
  useEffect(() => {
    // The same words twice are read twice.
    const listener = (next: string) => setText((before) => (before === next ? `${next}\u00a0` : next));
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  return <div className="visually-hidden" role="status" aria-live="polite">{text}</div>;
}
