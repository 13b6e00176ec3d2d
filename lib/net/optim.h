/* Optimisers over all parameters of a model. Each is PyTorch's definition of it: torch.optim.SGD
 * (momentum, Nesterov, weight decay added to the gradient) and torch.optim.Adam (Kingma and Ba
 * 2015, algorithm 1). */
#ifndef LP_NET_OPTIM_H
#define LP_NET_OPTIM_H

#include "base/memory.h"
#include "net/params.h"
#include "num/kernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { LP_OPTIM_SGD, LP_OPTIM_ADAM } lp_optim_kind;

#define LP_OPTIM_CHOICES "sgd|adam" /* in the order above */

typedef struct {
    lp_optim_kind kind;
    double momentum;     /* SGD: 0 <= momentum < 1 */
    bool nesterov;       /* SGD, with momentum */
    double weight_decay; /* >= 0 */
    double beta1, beta2; /* Adam */
    double epsilon;      /* Adam */
} lp_optim_options;

typedef struct {
    lp_optim_options options;
    const lp_params *params;
    uint64_t steps;  /* taken so far */
    void *moment[2]; /* momentum's buffer; or Adam's first and second moments; else NULL */
} lp_optim;

/* `params` is borrowed and has gradients. The moments, zero at first, are allocated from `memory`.
 */
lp_optim lp_optim_new(lp_arena *memory, const lp_optim_options *options, const lp_params *params);

/* How many moments the optimiser keeps (0, 1, 2): what a checkpoint has to hold. */
int lp_optim_moments(const lp_optim *o);

/* One step with learning rate lr over every parameter that is not frozen. */
void lp_optim_step(lp_optim *o, double lr);

#endif
