import {
  Checkbox,
  Fieldset,
  Input,
  NativeSelect,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { allFields, useMeta, type Field } from '../../meta.ts'
import { FieldInput } from '../../resource/FieldInput.tsx'
import classes from '../../resource/FieldsForm.module.css'
import { operatorsFor } from '../../resource/filters.ts'
import { TreeEditor } from '../../resource/TreeEditor.tsx'
import {
  customKinds,
  isAutomatic,
  isChoice,
  isNumber,
  isReference,
  isText,
  portals,
  previewOf,
  type CustomField,
} from './customField.ts'
import { nameFrom } from './fields.ts'

type Props = {
  field: CustomField
  onChange: (field: CustomField) => void
  errors: Record<string, string>
  /** Noun and kind stay what they are. */
  stored: boolean
}

/** Everything that is said of a custom field; what its kind has no use for is not asked. */
export function CustomFieldInputs(props: Props) {
  const { t } = useTranslation()
  return (
    <Stack gap="lg">
      <What {...props} />
      <Fieldset variant="unstyled" legend={t('customField.use')} classNames={classes}>
        <Uses {...props} />
      </Fieldset>
      <Fieldset variant="unstyled" legend={t('customField.rules')} classNames={classes}>
        <Rules {...props} />
      </Fieldset>
      <Fieldset variant="unstyled" legend={t('customField.appearance')} classNames={classes}>
        <Appearance {...props} />
      </Fieldset>
    </Stack>
  )
}

function What({ field, onChange, errors, stored }: Props) {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const hosts = nouns.filter((one) => !one.custom && one.custom_fields && one.takes_custom_fields)
  const set = (change: Partial<CustomField>) => onChange({ ...field, ...change })
  const follows = !stored && (field.name === '' || field.name === nameFrom(field.label))
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <NativeSelect
          name="noun"
          label={t('customField.noun')}
          disabled={stored}
          value={field.noun}
          error={errors['noun']}
          onChange={(event) => set({ noun: event.currentTarget.value })}
          data={hosts.map((one) => ({ value: one.name, label: one.label }))}
        />
        <NativeSelect
          name="kind"
          label={t('entity.kind')}
          disabled={stored}
          value={field.kind}
          error={errors['kind']}
          onChange={(event) => {
            const kind = customKinds.find((one) => one === event.currentTarget.value) ?? 'text'
            set({ kind, default: '', ...(follows ? { name: nameFrom(field.label) } : {}) })
          }}
          data={customKinds.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
        />
        <TextInput
          name="label"
          label={t('entity.fieldLabel')}
          value={field.label}
          error={errors['label']}
          onChange={(event) =>
            set({
              label: event.currentTarget.value,
              ...(follows ? { name: nameFrom(event.currentTarget.value) } : {}),
            })
          }
        />
        <TextInput
          name="name"
          label={t('entity.fieldName')}
          required
          value={field.name}
          error={errors['name']}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        {isReference(field.kind) && (
          <NativeSelect
            name="to"
            label={t('entity.to')}
            disabled={stored}
            value={field.to}
            error={errors['to']}
            onChange={(event) => set({ to: event.currentTarget.value })}
            data={nouns.filter((one) => one.can.list).map((one) => ({ value: one.name, label: one.label }))}
          />
        )}
      </SimpleGrid>
      {isChoice(field.kind) && (
        <Textarea
          name="values"
          label={t('entity.choices')}
          description={t('entity.choicesHelp')}
          autosize
          minRows={3}
          required
          value={field.choices}
          error={errors['values']}
          onChange={(event) => set({ choices: event.currentTarget.value })}
        />
      )}
      {field.kind === 'formula' && (
        <Textarea
          name="formula"
          label={t('customField.formula')}
          description={t('customField.formulaHelp')}
          autosize
          minRows={2}
          required
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          value={field.formula}
          error={errors['formula']}
          onChange={(event) => set({ formula: event.currentTarget.value })}
        />
      )}
    </Stack>
  )
}

function Uses({ field, onChange, errors }: Props) {
  const { t } = useTranslation()
  const computed = field.kind === 'formula'
  const box = (
    name: 'required' | 'immutable' | 'in_list' | 'filterable' | 'sortable' | 'unique' | 'searchable',
    label: string,
  ) => (
    <Checkbox
      name={name}
      label={label}
      checked={field[name]}
      error={errors[name]}
      onChange={(event) => onChange({ ...field, [name]: event.currentTarget.checked })}
    />
  )
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" verticalSpacing="xs">
        {!isAutomatic(field.kind) && box('required', t('customField.required'))}
        {!isAutomatic(field.kind) && box('immutable', t('customField.immutable'))}
        {box('in_list', t('customField.inList'))}
        {!computed && box('filterable', t('customField.filterable'))}
        {!computed && box('sortable', t('customField.sortable'))}
        {!computed && box('unique', t('customField.unique'))}
        {!computed && box('searchable', t('customField.searchable'))}
      </SimpleGrid>
      <Input.Description>{t('customField.useHelp')}</Input.Description>
    </Stack>
  )
}

function Rules({ field, onChange, errors, stored }: Props) {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const host = nouns.find((one) => one.name === field.noun)
  const set = (change: Partial<CustomField>) => onChange({ ...field, ...change })
  const line = (name: 'min' | 'max' | 'scale' | 'pattern', label: string, help?: string) => (
    <TextInput
      name={name}
      label={label}
      description={help}
      disabled={stored && name === 'scale'}
      value={field[name]}
      error={errors[name]}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    />
  )
  return (
    <Stack gap="sm">
      {(isText(field.kind) || isNumber(field.kind) || field.kind === 'rating') && (
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          {isText(field.kind) && line('min', t('customField.minText'))}
          {isText(field.kind) && line('max', t('customField.maxText'))}
          {isNumber(field.kind) && line('min', t('customField.min'))}
          {isNumber(field.kind) && line('max', t('customField.max'))}
          {field.kind === 'rating' && line('max', t('customField.best'))}
          {field.kind === 'decimal' && line('scale', t('customField.scale'))}
        </SimpleGrid>
      )}
      {isText(field.kind) && line('pattern', t('customField.pattern'), t('customField.patternHelp'))}
      {field.kind === 'auto_number' &&
        line('pattern', t('customField.numberPattern'), t('customField.numberPatternHelp'))}
      {!isAutomatic(field.kind) && (
        <>
          <Textarea
            name="validation"
            label={t('customField.validation')}
            description={t('customField.validationHelp')}
            autosize
            minRows={1}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            value={field.validation}
            error={errors['validation']}
            onChange={(event) => set({ validation: event.currentTarget.value })}
          />
          {field.validation !== '' && (
            <TextInput
              name="validation_message"
              label={t('customField.message')}
              value={field.validation_message}
              error={errors['validation_message']}
              onChange={(event) => set({ validation_message: event.currentTarget.value })}
            />
          )}
        </>
      )}
      {host && (
        <Input.Wrapper
          label={t('customField.visible')}
          description={t('customField.visibleHelp')}
          labelElement="div"
          error={errors['visible_when']}
        >
          <div style={{ marginTop: 6 }}>
            <TreeEditor
              noun={host}
              fields={comparable(allFields(host), field.name)}
              tree={field.visible_when}
              onChange={(visible_when) => set({ visible_when })}
            />
          </div>
        </Input.Wrapper>
      )}
    </Stack>
  )
}

/** What a form knows of its row: any field that can be compared, whether or not lists are filtered by it. */
const comparable = (fields: Field[], own: string): Field[] =>
  fields.filter(
    (field) =>
      field.name !== `custom.${own}` &&
      !['id', 'version', 'created_at', 'updated_at'].includes(field.name) &&
      operatorsFor(field).length > 0,
  )

function Appearance({ field, onChange, errors }: Props) {
  const { t } = useTranslation()
  const set = (change: Partial<CustomField>) => onChange({ ...field, ...change })
  const line = (name: 'help' | 'group' | 'unit' | 'position', label: string) => (
    <TextInput
      name={name}
      label={label}
      value={field[name]}
      error={errors[name]}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    />
  )
  const hasDefault =
    !isAutomatic(field.kind) &&
    !isReference(field.kind) &&
    !['user', 'files', 'secret', 'json'].includes(field.kind)
  return (
    <Stack gap="sm">
      {line('help', t('customField.fieldHelp'))}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        {line('group', t('customField.group'))}
        {line('position', t('customField.position'))}
        {(isNumber(field.kind) || field.kind === 'duration') && line('unit', t('customField.unit'))}
        <NativeSelect
          name="portal"
          label={t('customField.portal')}
          value={field.portal}
          onChange={(event) =>
            set({ portal: portals.find((one) => one === event.currentTarget.value) ?? 'hidden' })
          }
          data={[
            { value: 'hidden', label: t('customField.portalHidden') },
            { value: 'visible', label: t('customField.portalVisible') },
            { value: 'editable', label: t('customField.portalEditable') },
          ]}
        />
      </SimpleGrid>
      {hasDefault && (
        <FieldInput
          key={field.kind}
          field={{
            ...previewOf(field),
            name: 'default',
            label: t('customField.default'),
            required: false,
            nullable: true,
            help: '',
          }}
          value={field.default}
          error={errors['default']}
          onChange={(value) => set({ default: value ?? '' })}
        />
      )}
      <Checkbox
        name="personal"
        label={t('customField.personal')}
        checked={field.personal}
        onChange={(event) => set({ personal: event.currentTarget.checked })}
      />
    </Stack>
  )
}
