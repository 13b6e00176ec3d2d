/* A recipe as W3C PROV-JSON (https://www.w3.org/submissions/2013/SUBM-prov-json-20130424/): what
 * Snakemake's and other users' provenance tools read.
 *
 * An activity is a stage (labpipe:command is its text), an entity what it writes, or a foreign file
 * (labpipe:crc32); the last entity is the stream, a collection of its tensors with their SHA-256.
 * Agents are the versions of labpipe; a stage of another program has none. */
#ifndef LP_IO_PROV_H
#define LP_IO_PROV_H

#include "base/error.h"
#include "io/stream.h"

#include <stdio.h>

/* Writes it for a stream that has a recipe, and a line break. -1 and e where the recipe is not a
 * pipeline (io/pipeline.h) or there is none. */
int lp_prov_write(const lp_stream *s, FILE *out, lp_error *e);

#endif
