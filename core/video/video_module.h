/* What libposehost_video exports. Internal: it is built with the program that loads it, for that program alone; plain C, so
 * that nothing of C++ has to agree. Pictures are 8-bit BGR rows without padding. */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ph_video_reader ph_video_reader;
typedef struct ph_video_writer ph_video_writer;

typedef struct ph_video_info {
  double fps;
  int64_t frames;
  int32_t width, height;
} ph_video_info;

typedef struct ph_video_module {
  /* NULL for what cannot be opened as a video. */
  ph_video_reader *(*open)(const char *path, ph_video_info *info);
  /* The next picture of width x height into `pixels`: 1, 0 at the end, -1 when its size is another. */
  int32_t (*read)(ph_video_reader *reader, uint8_t *pixels);
  void (*close)(ph_video_reader *reader);
  /* MPEG-4; NULL when no encoder can be had. */
  ph_video_writer *(*create)(const char *path, double fps, int32_t width, int32_t height);
  void (*write)(ph_video_writer *writer, const uint8_t *pixels);
  void (*finish)(ph_video_writer *writer);
} ph_video_module;

/* The only symbol. */
typedef const ph_video_module *(*ph_video_module_fn)(void);
#define PH_VIDEO_MODULE "posehost_video_module"

#ifdef __cplusplus
}
#endif
