import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The server serves dist/ at `/` and the API at `/api/v1`, so the built app needs no address of its own.
// In development the API is the server that runs beside `vite`.
const api = process.env['ISP_API'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: { host: '127.0.0.1', proxy: { '/api': api, '/readyz': api } },
  build: {
    target: 'es2023',
    sourcemap: false,
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        // What nearly every screen uses travels as one file: it compresses better than sixty, and is cached as one.
        codeSplitting: {
          groups: [{ name: 'kit', test: /node_modules|\/src\/(ui|[\w-]+\.tsx?)/, minShareCount: 12 }],
        },
      },
    },
  },
})
