import type { Fields } from '#kernel/resource.ts'

const speed = 'Speed'
const burst = 'Burst'
const guaranteed = 'Guaranteed speed'
const kbps = { kind: 'kbps', min: 1, nullable: true, unit: 'kbps' } as const

/** Speeds are the subscriber's: download is towards it. What depends on a rate depends on the one in force, after any fair-use policy. */
export const internetFields = {
  speed_download_kbps: { ...kbps, list: true, group: speed, label: 'Download speed' },
  speed_upload_kbps: { ...kbps, list: true, group: speed, label: 'Upload speed' },
  contention_ratio: {
    kind: 'integer',
    min: 1,
    max: 1000,
    nullable: true,
    group: speed,
    unit: '1 : n',
    help: 'So many share the speed; empty: nobody shares',
  },
  priority: {
    kind: 'choice',
    values: ['low', 'normal', 'high'],
    default: 'normal',
    group: speed,
    help: 'Whose packets go first when the line is full',
  },
  cir_mode: {
    kind: 'choice',
    values: ['none', 'percent', 'fixed'],
    default: 'none',
    group: guaranteed,
    label: 'Guaranteed speed (CIR)',
  },
  cir_percent: {
    kind: 'percent',
    min: 0.0001,
    max: 100,
    nullable: true,
    unit: '% of the speed',
    group: guaranteed,
    label: 'CIR',
  },
  cir_download_kbps: { ...kbps, group: guaranteed, label: 'CIR download' },
  cir_upload_kbps: { ...kbps, group: guaranteed, label: 'CIR upload' },
  burst_mode: { kind: 'choice', values: ['none', 'percent', 'fixed'], default: 'none', group: burst },
  burst_limit_percent: {
    kind: 'percent',
    min: 0.0001,
    max: 10_000,
    nullable: true,
    unit: '% on top of the speed',
    group: burst,
    label: 'Burst limit',
  },
  burst_threshold_percent: {
    kind: 'percent',
    min: 0.0001,
    max: 100,
    nullable: true,
    unit: '% of the speed',
    group: burst,
    label: 'Burst threshold',
    help: 'It bursts while the average is below this',
  },
  burst_limit_download_kbps: { ...kbps, group: burst, label: 'Burst limit, download' },
  burst_limit_upload_kbps: { ...kbps, group: burst, label: 'Burst limit, upload' },
  burst_threshold_download_kbps: { ...kbps, group: burst, label: 'Burst threshold, download' },
  burst_threshold_upload_kbps: { ...kbps, group: burst, label: 'Burst threshold, upload' },
  burst_time_s: {
    kind: 'integer',
    min: 1,
    max: 3600,
    nullable: true,
    unit: 's',
    group: burst,
    label: 'Burst time',
    help: 'Over which the average is taken',
  },
  data_allowance_bytes: {
    kind: 'bytes',
    min: 1,
    nullable: true,
    group: 'Data',
    unit: 'bytes a month',
    help: 'Empty: unlimited',
  },
  fup_policy: {
    kind: 'text',
    max: 60,
    nullable: true,
    group: 'Data',
    label: 'Fair-use policy',
    help: 'Its name; it takes effect once fair-use policies are set up',
  },
} as const satisfies Fields

export const voiceFields = {
  included_minutes: {
    kind: 'integer',
    min: 0,
    max: 1_000_000,
    nullable: true,
    unit: 'minutes a month',
    group: 'Voice',
    help: 'Empty: none',
  },
  rate_table: {
    kind: 'text',
    max: 60,
    nullable: true,
    group: 'Voice',
    help: 'The name of the table that prices calls beyond them',
  },
} as const satisfies Fields
