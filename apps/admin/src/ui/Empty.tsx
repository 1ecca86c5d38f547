import { Stack, Text } from '@mantine/core'

/** Nothing here: what would be here, and the first step towards it. */
export function Empty(props: {
  title: string
  detail?: string
  children?: React.ReactNode
  small?: boolean
}) {
  return (
    <Stack align="center" justify="center" gap={6} p="lg" mih={props.small ? 96 : 220} ta="center">
      <Text fw={550}>{props.title}</Text>
      {props.detail && (
        <Text c="dimmed" maw={440}>
          {props.detail}
        </Text>
      )}
      {props.children}
    </Stack>
  )
}
