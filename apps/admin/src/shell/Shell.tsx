import { Drawer } from '@mantine/core'
import { useDisclosure, useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { IconHome, IconMenu2, IconSearch, IconUsers } from '@tabler/icons-react'
import { Outlet, useLocation } from '@tanstack/react-router'
import { Suspense, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { startLive } from '../live.ts'
import { paths } from '../paths.ts'
import { PlainLink } from '../ui/Link.tsx'
import { WaitingScreen } from '../ui/Screens.tsx'
import { ActingStrip } from './ActingStrip.tsx'
import { Navigation } from './Navigation.tsx'
import { openOverlay } from './overlays.ts'
import { Overlays } from './Overlays.tsx'
import classes from './Shell.module.css'
import { TroubleStrip } from './TroubleStrip.tsx'

export function Shell() {
  const { t } = useTranslation()
  useEffect(startLive, [])
  const phone = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  const [collapsed, setCollapsed] = useLocalStorage({
    key: 'isp.nav.collapsed',
    defaultValue: false,
    getInitialValueInEffect: false,
  })
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        {t('nav.skip')}
      </a>
      {!phone && <Navigation collapsed={collapsed} onCollapse={() => setCollapsed(!collapsed)} />}
      <div className={classes.column}>
        <TroubleStrip />
        <ActingStrip />
        <main id="main" className={classes.main} tabIndex={-1}>
          <Suspense fallback={<WaitingScreen />}>
            <Outlet />
          </Suspense>
        </main>
        {phone && <BottomBar />}
      </div>
      <Overlays />
    </div>
  )
}

function BottomBar() {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  const [opened, menu] = useDisclosure(false)
  return (
    <nav className={classes.bar} aria-label={t('nav.bottom')}>
      <PlainLink href={paths.home()} aria-current={pathname === '/' ? 'page' : undefined}>
        <IconHome size={20} aria-hidden />
        {t('nav.home')}
      </PlainLink>
      <button type="button" onClick={() => openOverlay('palette')}>
        <IconSearch size={20} aria-hidden />
        {t('nav.search')}
      </button>
      <PlainLink
        href={paths.customers()}
        aria-current={pathname.startsWith('/customers') ? 'page' : undefined}
      >
        <IconUsers size={20} aria-hidden />
        {t('nav.customers')}
      </PlainLink>
      <button type="button" onClick={menu.open} aria-expanded={opened}>
        <IconMenu2 size={20} aria-hidden />
        {t('nav.menu')}
      </button>
      <Drawer
        opened={opened}
        onClose={menu.close}
        position="left"
        size="85%"
        title={t('nav.menu')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
        classNames={{ body: classes.menu }}
      >
        <Navigation collapsed={false} onNavigate={menu.close} />
      </Drawer>
    </nav>
  )
}
