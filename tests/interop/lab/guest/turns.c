// SPDX-License-Identifier: MIT
#include "tests/interop/lab/guest/turns.h"

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long begun, through, ended;

static void one_more(long* count) {
  pthread_mutex_lock(&lock);
  ++*count;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

void await_begin(long number) {
  pthread_mutex_lock(&lock);
  while (begun < number) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
}

void has_begun(void) {
  one_more(&begun);
}

void await_end(long number, long count, long pause_ms) {
  one_more(&through);
  pthread_mutex_lock(&lock);
  while (through < count || ended < number) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
  usleep((useconds_t)pause_ms * 1000);
}

void has_ended(void) {
  one_more(&ended);
}
