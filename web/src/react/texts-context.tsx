/** Which texts the parts below use. */

import { createContext, useContext, useMemo, type ReactElement, type ReactNode } from 'react';

import { englishTexts, type Texts } from './texts.js';

const TextsContext = createContext<Texts>(englishTexts);

/** Props of `<GroupCallTexts>`. */
export interface GroupCallTextsProps {
  /** Those that replace the texts around them; best an object that stays the same. */
  readonly value: Partial<Texts> | undefined;
  readonly children?: ReactNode;
}

/** Replaces texts of the parts inside it, all or some: another language, or other words. */
export function GroupCallTexts({ value, children }: GroupCallTextsProps): ReactElement {
  const around = useContext(TextsContext);
  const texts = useMemo(() => (value ? { ...around, ...value } : around), [around, value]);
  return <TextsContext.Provider value={texts}>{children}</TextsContext.Provider>;
}

export function useTexts(): Texts {
  return useContext(TextsContext);
}
