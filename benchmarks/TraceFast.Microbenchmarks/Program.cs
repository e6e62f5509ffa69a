using BenchmarkDotNet.Running;
using TraceFast.Microbenchmarks;
using TraceFast.Microbenchmarks.Kernels;

// The command line starts it with one argument more: the options of bench kernels.
if (args is [KernelRun.Name, string options])
    return KernelRun.FromOptions(options);
BenchmarkSwitcher.FromTypes([typeof(TokenizerBenchmarks)]).Run(args);
return 0;
