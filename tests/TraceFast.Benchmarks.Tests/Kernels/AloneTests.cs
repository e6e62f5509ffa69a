namespace TraceFast.Benchmarks.Tests.Kernels;

/// <summary>Tests that count tensors, set threads and say what BenchmarkDotNet runs: alone in the process.</summary>
[CollectionDefinition(nameof(AloneTests), DisableParallelization = true)]
public sealed class AloneTests;
