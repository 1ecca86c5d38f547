import { ActionIcon, Tooltip, UnstyledButton } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import {
  IconChartBar,
  IconChevronRight,
  IconHome,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconSearch,
} from '@tabler/icons-react'
import { useLocation } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMeta, type Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import { PlainLink } from '../ui/Link.tsx'
import { entriesFor, type Entry } from './navigation.ts'
import classes from './Navigation.module.css'
import { openOverlay } from './overlays.ts'
import { PartnerSwitcher } from './PartnerSwitcher.tsx'
import { UserMenu } from './UserMenu.tsx'

export function Navigation(props: { collapsed: boolean; onCollapse?: () => void; onNavigate?: () => void }) {
  const { t } = useTranslation()
  const { nouns, tenant } = useMeta()
  const { pathname } = useLocation()
  const { collapsed } = props
  const entries = entriesFor(nouns)
  // Reports stand between the work and what keeps the house.
  const upkeep = entries.filter(({ key }) => key === 'build' || key === 'settings')
  const work = entries.filter((entry) => !upkeep.includes(entry))
  return (
    <nav className={classes.nav} data-collapsed={collapsed || undefined} aria-label={t('nav.label')}>
      <div className={classes.top}>
        {!collapsed && <PartnerSwitcher name={tenant.name} />}
        {props.onCollapse && (
          <ActionIcon onClick={props.onCollapse} aria-label={collapsed ? t('nav.expand') : t('nav.collapse')}>
            {collapsed ? (
              <IconLayoutSidebarLeftExpand size={18} />
            ) : (
              <IconLayoutSidebarLeftCollapse size={18} />
            )}
          </ActionIcon>
        )}
      </div>
      <UnstyledButton
        className={classes.search}
        onClick={() => openOverlay('palette')}
        aria-label={collapsed ? t('nav.search') : undefined}
      >
        <IconSearch size={16} aria-hidden />
        {!collapsed && (
          <>
            <span>{t('nav.search')}</span>
            <kbd aria-hidden>{t('nav.searchKeys')}</kbd>
          </>
        )}
      </UnstyledButton>
      <div
        className={classes.entries}
        onClick={(event) =>
          event.target instanceof Element && event.target.closest('a') && props.onNavigate?.()
        }
      >
        <NavItem
          href={paths.home()}
          icon={IconHome}
          label={t('nav.home')}
          current={pathname === '/'}
          collapsed={collapsed}
        />
        {work.map((entry) => (
          <EntryItem key={entry.key} entry={entry} collapsed={collapsed} pathname={pathname} />
        ))}
        {nouns.some((noun) => noun.name === 'customer_status_change' && noun.can.list) && (
          <NavItem
            href={paths.churn()}
            icon={IconChartBar}
            label={t('nav.churn')}
            current={pathname === paths.churn()}
            collapsed={collapsed}
          />
        )}
        {upkeep.map((entry) => (
          <EntryItem key={entry.key} entry={entry} collapsed={collapsed} pathname={pathname} />
        ))}
      </div>
      <UserMenu collapsed={collapsed} />
    </nav>
  )
}

/** Where one is stays visible, also at the end of a long navigation. */
function intoView(element: HTMLElement | null) {
  element?.scrollIntoView({ block: 'nearest' })
}

function isCurrent(noun: Noun, pathname: string): boolean {
  const base = paths.list(noun)
  return pathname === base || pathname.startsWith(`${base}/`)
}

function EntryItem({ entry, collapsed, pathname }: { entry: Entry; collapsed: boolean; pathname: string }) {
  const { t } = useTranslation()
  const { tenant } = useMeta()
  const [opened, setOpened] = useLocalStorage({ key: 'isp.nav.opened', defaultValue: ['finance', 'network'] })
  const label = t(`nav.${entry.key}` as 'nav.home') // The keys are those of navigation.ts; en.json has each.
  if ('noun' in entry) {
    return (
      <NavItem
        href={paths.list(entry.noun)}
        icon={entry.icon}
        label={label}
        current={isCurrent(entry.noun, pathname)}
        collapsed={collapsed}
      />
    )
  }
  const inside = entry.nouns.some((noun) => isCurrent(noun, pathname))
  const [first] = entry.nouns
  if (collapsed) {
    return (
      first && <NavItem href={paths.list(first)} icon={entry.icon} label={label} current={inside} collapsed />
    )
  }
  const open = inside || opened.includes(entry.key)
  const toggle = () => setOpened(open ? opened.filter((key) => key !== entry.key) : [...opened, entry.key])
  return (
    <div>
      <UnstyledButton className={classes.item} aria-expanded={open} onClick={toggle}>
        <entry.icon size={18} stroke={1.6} aria-hidden />
        <span>{label}</span>
        <IconChevronRight size={14} className={classes.chevron} data-open={open || undefined} aria-hidden />
      </UnstyledButton>
      {open && (
        <ul className={classes.children}>
          {entry.nouns.map((noun) => (
            <li key={noun.name}>
              <PlainLink
                ref={isCurrent(noun, pathname) ? intoView : undefined}
                className={classes.child}
                href={noun.name === 'tenant' ? paths.row(noun, tenant.id) : paths.list(noun)}
                aria-current={isCurrent(noun, pathname) ? 'page' : undefined}
              >
                {noun.label_plural}
              </PlainLink>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function NavItem(props: {
  href: string
  icon: typeof IconHome
  label: string
  current: boolean
  collapsed: boolean
}) {
  const link = (
    <PlainLink
      className={classes.item}
      href={props.href}
      aria-current={props.current ? 'page' : undefined}
      aria-label={props.collapsed ? props.label : undefined}
    >
      <props.icon size={18} stroke={1.6} aria-hidden />
      {!props.collapsed && <span>{props.label}</span>}
    </PlainLink>
  )
  return props.collapsed ? (
    <Tooltip label={props.label} position="right">
      {link}
    </Tooltip>
  ) : (
    link
  )
}
