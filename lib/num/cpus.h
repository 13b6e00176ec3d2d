/* How many CPUs there are to run on. What the system does not say limits nothing. */
#ifndef LP_NUM_CPUS_H
#define LP_NUM_CPUS_H

/* CPUs that this process may use, at least 1: those of its affinity, but no more than its control
 * group's share of their time amounts to. */
int lp_cpus(void);

/* Of these, those that nobody else runs on, at least 1, which is the calling thread's; `ours`
 * threads of this process run beside it. */
int lp_cpus_free(int ours);

/* What the two read: the share of time, rounded up to whole CPUs, of the control groups in `groups`
 * (/proc/self/cgroup), of version 1 or 2, that are mounted on `root` (/sys/fs/cgroup); 0 where
 * nothing limits it. And the threads that run or wait for a CPU, of all processes, from the open
 * file `loadavg` (/proc/loadavg); 0 where it does not say. */
int lp_cpus_quota(const char *groups, const char *root);
int lp_cpus_running(int loadavg);

#endif
