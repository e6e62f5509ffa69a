using TraceFast.Benchmarks.Gpu;
using TraceFast.Cuda;

return Checks.Run(args, new LibCuda(), Console.Out, Console.Error);
