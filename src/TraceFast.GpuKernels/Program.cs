using TraceFast.GpuKernels;

// Writes the PTX of every kernel into a folder: what TraceFast.Cuda embeds and launches.
if (args is not [string folder])
{
    Console.Error.WriteLine("usage: TraceFast.GpuKernels FOLDER (src/TraceFast.Cuda/Ptx)");
    return 2;
}
using PtxCompiler compiler = new();
Directory.CreateDirectory(folder);
foreach (string old in Directory.GetFiles(folder, "*.ptx"))
    File.Delete(old);
foreach (CatalogEntry entry in Catalog.All)
    File.WriteAllText(Path.Combine(folder, $"{entry.Name}.ptx"), compiler.Compile(entry));
Console.WriteLine($"{Catalog.All.Count} kernels in {folder}");
return 0;
