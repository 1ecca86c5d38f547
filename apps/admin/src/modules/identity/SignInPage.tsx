import { Button, Paper, PasswordInput, Stack, TextInput, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { useQueryState } from '../../ui/search.ts'

export function SignInPage() {
  const { t } = useTranslation()
  const [query] = useQueryState()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  useEffect(() => {
    document.title = t('signIn.title')
  }, [t])
  const signIn = useMutation({
    mutationFn: () =>
      api.post('/sign_in', { email, password, ...(query['tenant'] ? { tenant: query['tenant'] } : {}) }),
    // A full load: nothing of whoever was signed in before stays in memory.
    onSuccess: () => location.replace(safeReturn(query['back'])),
  })
  return (
    <main
      style={{
        display: 'grid',
        placeItems: 'center',
        minHeight: '100dvh',
        padding: 16,
        background: 'var(--isp-ground)',
      }}
    >
      <Paper
        withBorder
        p="xl"
        w="100%"
        maw={380}
        component="form"
        onSubmit={(event) => {
          event.preventDefault()
          signIn.mutate()
        }}
      >
        <Stack>
          <Title order={1}>{t('signIn.title')}</Title>
          <ErrorNotice error={signIn.error} />
          <TextInput
            label={t('signIn.email')}
            type="email"
            name="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            autoFocus
          />
          <PasswordInput
            label={t('signIn.password')}
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
          />
          <Button type="submit" size="sm" loading={signIn.isPending || signIn.isSuccess}>
            {t('signIn.go')}
          </Button>
        </Stack>
      </Paper>
    </main>
  )
}

/** Back to where one was, but never to another site: only a path of this app. */
function safeReturn(back: string | undefined): string {
  return back !== undefined && /^\/(?![/\\])/.test(back) ? back : '/'
}
