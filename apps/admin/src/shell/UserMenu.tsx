import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import {
  IconCheck,
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSelector,
  IconSun,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { stopActing } from '../acting.ts'
import { api } from '../api.ts'
import { meQuery } from '../meta.ts'
import { paths } from '../paths.ts'
import { openOverlay } from './overlays.ts'
import classes from './UserMenu.module.css'

/** Ends the session; a full load afterwards leaves nothing of the person's data in memory. */
export async function signOut() {
  stopActing()
  await api.post('/sign_out', {}).catch(() => undefined)
  location.assign(paths.signIn())
}

export function UserMenu({ collapsed }: { collapsed: boolean }) {
  const { t } = useTranslation()
  const { user } = useSuspenseQuery(meQuery).data
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const schemes = [
    { value: 'light', label: t('user.light'), icon: IconSun },
    { value: 'dark', label: t('user.dark'), icon: IconMoon },
    { value: 'auto', label: t('user.auto'), icon: IconDeviceDesktop },
  ] as const
  return (
    <Menu width={220} position="top-start">
      <Menu.Target>
        <UnstyledButton
          className={classes.user}
          aria-label={collapsed ? user.name : undefined}
          title={t('user.menu')}
        >
          <span className={classes.avatar} aria-hidden>
            {initials(user.name)}
          </span>
          {!collapsed && (
            <>
              <span className={classes.name}>{user.name}</span>
              <IconSelector size={14} aria-hidden />
            </>
          )}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email}</Menu.Label>
        {schemes.map(({ value, label, icon: Icon }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon size={16} />}
            rightSection={
              colorScheme === value ? <IconCheck size={14} aria-label={t('user.chosen')} /> : null
            }
            onClick={() => setColorScheme(value)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={() => openOverlay('keys')}>
          {t('user.keys')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {t('user.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  return ((words[0]?.[0] ?? '') + (words.length > 1 ? (words.at(-1)?.[0] ?? '') : '')).toUpperCase()
}
