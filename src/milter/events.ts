/** The events that the milter entrance tells; the vocabulary says what each means. */

import type { EventName, OnEvent } from '../vocabulary.ts'

export type MilterEvent = Extract<EventName, `milter-${string}`>
export type OnMilterEvent = OnEvent<MilterEvent>
