// One delayed step of Synaptic with reset by subtraction, as a C++ compiler vectorises it: x, syn, mem in; syn, mem and
// spikes as floats out; decays and thresholds by neuron; arrays aligned to 64 bytes. Prints ns per neuron and step.
//
//   synaptic_step NEURONS

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

static __attribute__((noinline)) void step(const float *__restrict x, float *__restrict syn, float *__restrict mem,
    const float *__restrict alpha, const float *__restrict beta, const float *__restrict theta, float *__restrict spk,
    long size) {
  for (long n = 0; n < size; n++) {
    float r = mem[n] > theta[n] ? 1.0f : 0.0f;
    float i = alpha[n] * syn[n] + x[n];
    float u = (beta[n] * mem[n] + i) - r * theta[n];
    syn[n] = i;
    mem[n] = u;
    spk[n] = u > theta[n] ? 1.0f : 0.0f;
  }
}

static float *uniform(long size, float low, float high) {
  float *values = static_cast<float *>(std::aligned_alloc(64, (size * sizeof(float) + 63) / 64 * 64));
  for (long n = 0; n < size; n++) {
    values[n] = low + (high - low) * (std::rand() / static_cast<float>(RAND_MAX));
  }
  return values;
}

int main(int count, char **arguments) {
  long size = count == 2 ? std::atol(arguments[1]) : 0;
  if (size < 1) {
    std::fprintf(stderr, "synaptic_step: expected a number of neurons\n");
    return 2;
  }
  float *x = uniform(size, -0.1f, 0.16f);
  float *syn = uniform(size, 0, 0);
  float *mem = uniform(size, 0, 0);
  float *alpha = uniform(size, 0.75f, 0.85f);
  float *beta = uniform(size, 0.85f, 0.95f);
  float *theta = uniform(size, 0.9f, 1.1f);
  float *spk = uniform(size, 0, 0);
  long repeats = std::max(1L, (1L << 25) / size);
  std::vector<double> times;
  for (int batch = 0; batch < 25; batch++) {
    auto start = std::chrono::steady_clock::now();
    for (long i = 0; i < repeats; i++) {
      step(x, syn, mem, alpha, beta, theta, spk, size);
    }
    std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
    times.push_back(time.count() / (static_cast<double>(repeats) * size));
  }
  std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
  std::printf("%.4f\n", times[times.size() / 2]);
  return 0;
}
