/* CRC-32, the checksum of ZIP and gzip and of a recipe's --crc32. */
#ifndef LP_IO_CRC32_H
#define LP_IO_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* The CRC-32 (ISO 3309; polynomial 0xEDB88320) of the bytes, continuing `crc` (0 to start with). */
uint32_t lp_crc32(uint32_t crc, const void *bytes, size_t size);

#endif
