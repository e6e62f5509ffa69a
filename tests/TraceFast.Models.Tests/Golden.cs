using TraceFast.Models.Files;

namespace TraceFast.Models.Tests;

/// <summary>One file of expected values.</summary>
internal sealed class Golden(string path) : IDisposable
{
    private readonly SafetensorsFile _file = SafetensorsFile.Open(path);

    public IEnumerable<string> Names => _file.Tensors.Select(t => t.Name);

    public long[] Shape(string name) =>
        _file.TryGet(name, out SafetensorsTensor? tensor) ? tensor.Shape : throw new KeyNotFoundException(name);

    public bool Has(string name) => _file.TryGet(name, out _);

    public double[] Doubles(string name)
    {
        using torch.Tensor stored = _file.Load(name);
        return Numbers.Doubles(stored);
    }

    public long[] Longs(string name)
    {
        using torch.Tensor stored = _file.Load(name);
        return stored.data<long>().ToArray();
    }

    public void Dispose() => _file.Dispose();
}
