using Microsoft.ML.OnnxRuntime;
using Onnx;
using TraceFast.Inference.Export.Format;
using DataType = Onnx.TensorProto.Types.DataType;

namespace TraceFast.Inference.Tests.Export;

/// <summary>Weights that lie beyond 2 GiB in the data file; the file is sparse, so that it takes no room.</summary>
public sealed class LargeDataTests
{
    private const long Count = 300_000_000;

    [Fact]
    public void Tensors_beyond_two_gibibytes_are_found()
    {
        using TemporaryFolder folder = new();
        GraphBuilder graph = new();
        graph.Input("index", DataType.Int64, 1);
        string[] names = [.. Enumerable.Range(1, 3).Select(i => graph.Weight(Sparse($"large.{i}", i)))];
        foreach (string name in names)
        {
            graph.Node("", "Gather", $"/{name}", [name, "index"], [$"last.{name}"]);
            graph.Output($"last.{name}", DataType.Float, 1);
        }

        OnnxFiles.Write(folder.Path, graph);
        Assert.True(new FileInfo(folder[OnnxFiles.Data]).Length > 3L << 30);
        using SessionOptions options = new() { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, IntraOpNumThreads = 1 };
        using InferenceSession session = new(folder[OnnxFiles.Model], options);
        using OrtValue index = OrtValue.CreateTensorValueFromMemory(new[] { Count - 1 }, [1]);
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> found = session.Run(run, ["index"], [index], [.. names.Select(n => $"last.{n}")]);
        Assert.Equal([1f, 2f, 3f], found.Select(f => f.GetTensorDataAsSpan<float>()[0]));
    }

    /// <summary>Zeros, and <paramref name="last"/> at the end.</summary>
    private static TensorData Sparse(string name, float last) => new(name, DataType.Float, [Count], stream =>
    {
        stream.Position += (Count - 1) * sizeof(float);
        stream.Write(BitConverter.GetBytes(last));
    });
}
