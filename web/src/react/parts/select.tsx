/** A menu with its label. */

import { useId, type ReactElement, type Ref } from 'react';

export interface Choice {
  readonly value: string;
  readonly name: string;
  readonly disabled?: boolean;
}

export interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Choice[];
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
  readonly selectRef?: Ref<HTMLSelectElement>;
}

export function Select({ label, value, options, disabled = false, onChange, selectRef }: SelectProps): ReactElement {
  const id = useId();
  return (
    <div className="gc-field">
      <label htmlFor={id}>{label}</label>
      <span className="gc-select">
        <select ref={selectRef} id={id} value={value} disabled={disabled} onChange={({ target }) => onChange(target.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value} disabled={option.disabled}>
              {option.name}
            </option>
          ))}
        </select>
      </span>
    </div>
  );
}
