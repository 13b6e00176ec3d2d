/* Ranks over MPI (the standard's version 3.0; Open MPI). Compiled by `make MPI=1` alone. */
#ifndef LP_NUM_RANKS_MPI_H
#define LP_NUM_RANKS_MPI_H

#include "num/ranks.h"

/* Joins the job that this process was started in (mpirun, srun), waiting for all of its processes.
 * Called once, from the thread that makes every later call. NULL and e where MPI fails; the link
 * stays to the process's end. */
const lp_link *lp_mpi_join(lp_error *e);

#endif
