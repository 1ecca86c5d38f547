import { Button, createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const accent: MantineColorsTuple = [
  '#ecedfb',
  '#d5d8f6',
  '#a8afeb',
  '#7a84e1',
  '#5566e6',
  '#4656d6',
  '#3d4ccc',
  '#3542b3',
  '#2d389c',
  '#242d7d',
]

/** Mantine draws its dark surfaces with this scale; the values are those of tokens.css. */
const dark: MantineColorsTuple = [
  '#ececf0',
  '#c4c4cc',
  '#a3a3ad',
  '#75757f',
  '#3a3a42',
  '#2f2f36',
  '#202025',
  '#1a1a1e',
  '#151518',
  '#131316',
]

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 4 },
  colors: { accent, dark },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '15px', lineHeight: '22px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  components: {
    Button: Button.extend({
      defaultProps: { size: 'xs' },
      styles: { root: { fontSize: '13px', fontWeight: 550 } },
    }),
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Tooltip: {
      defaultProps: {
        openDelay: 300,
        multiline: true,
        maw: 320,
        events: { hover: true, focus: true, touch: true },
      },
    },
    Menu: { defaultProps: { shadow: 'sm', position: 'bottom-end' } },
    Popover: { defaultProps: { shadow: 'sm' } },
    Drawer: {
      defaultProps: {
        position: 'right',
        size: 460,
        shadow: 'none',
        overlayProps: { backgroundOpacity: 0.25 },
      },
    },
    Modal: { defaultProps: { centered: true, shadow: 'none', overlayProps: { backgroundOpacity: 0.3 } } },
  },
})

const surfaces = {
  '--mantine-color-body': 'var(--isp-surface)',
  '--mantine-color-text': 'var(--isp-text)',
  '--mantine-color-dimmed': 'var(--isp-dim)',
  '--mantine-color-placeholder': 'var(--isp-dim)',
  '--mantine-color-anchor': 'var(--isp-accent-text)',
  '--mantine-color-error': 'var(--isp-bad)',
  '--mantine-color-default': 'var(--isp-surface)',
  '--mantine-color-default-hover': 'var(--isp-hover)',
  '--mantine-color-default-color': 'var(--isp-text)',
  '--mantine-color-default-border': 'var(--isp-border)',
  '--mantine-color-gray-text': 'var(--isp-dim)',
  '--mantine-color-gray-light-color': 'var(--isp-idle)',
  '--mantine-color-gray-light-hover': 'var(--isp-hover)',
  '--mantine-color-accent-text': 'var(--isp-accent-text)',
  '--mantine-color-accent-light': 'var(--isp-accent-soft)',
  '--mantine-color-accent-light-hover': 'var(--isp-hover)',
  '--mantine-color-accent-light-color': 'var(--isp-accent-text)',
  '--mantine-color-accent-outline': 'var(--isp-accent-text)',
}

/** Mantine draws with our tokens, so that light, dark and a partner's brand are one set of values. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: surfaces, dark: surfaces })
