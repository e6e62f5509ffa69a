using Google.Protobuf;
using Onnx;
using TraceFast.Data.Files;

namespace TraceFast.Inference.Export.Format;

/// <summary>
/// Writes model.onnx and, next to it, model.onnx.data with the weights. The graph's own file must stay below protobuf's 2 GiB, so only
/// tensors below <see cref="InlineBytes"/> are in it; the data file may have any size.
/// </summary>
internal static class OnnxFiles
{
    public const string Model = "model.onnx";
    public const string Data = "model.onnx.data";

    private const int OpsetVersion = 21;
    private const int IrVersion = 10;
    private const long InlineBytes = 1024;

    /// <summary>Tensors above this size begin on a page, so that the runtime can map them; smaller ones on 64 bytes.</summary>
    private const long MappedBytes = 1 << 20;

    private const long PageAlignment = 1 << 16;
    private const long SmallAlignment = 64;

    /// <summary>Of graph and weights in an exported folder.</summary>
    public static long ByteCount(string folder) =>
        new[] { Model, Data }.Select(f => new FileInfo(Path.Combine(folder, f))).Where(f => f.Exists).Sum(f => f.Length);

    public static void Write(string folder, GraphBuilder builder)
    {
        foreach (TensorData tensor in builder.Weights.Where(t => t.ByteCount < InlineBytes))
            builder.Graph.Initializer.Add(Inline(tensor));
        TensorData[] external = [.. builder.Weights.Where(t => t.ByteCount >= InlineBytes)];
        if (external.Length > 0)
            AtomicFile.Write(
                Path.Combine(folder, Data), stream => builder.Graph.Initializer.AddRange(external.Select(t => Append(stream, t))));
        ModelProto model = new() { IrVersion = IrVersion, ProducerName = "tracefast", Graph = builder.Graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OpsetVersion });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = GraphBuilder.Microsoft, Version = 1 });
        AtomicFile.Write(Path.Combine(folder, Model), stream => model.WriteTo(stream));
    }

    private static TensorProto Inline(TensorData tensor)
    {
        using MemoryStream values = new();
        tensor.Write(values);
        TensorProto proto = Entry(tensor);
        proto.RawData = ByteString.CopyFrom(values.ToArray());
        return proto;
    }

    private static TensorProto Append(Stream stream, TensorData tensor)
    {
        long alignment = tensor.ByteCount > MappedBytes ? PageAlignment : SmallAlignment;
        long offset = (stream.Position + alignment - 1) / alignment * alignment;
        stream.Write(new byte[offset - stream.Position]);
        tensor.Write(stream);
        if (stream.Position - offset != tensor.ByteCount)
            throw new InvalidOperationException(
                $"{tensor.Name}: {stream.Position - offset} bytes written where {tensor.ByteCount} were announced");
        TensorProto proto = Entry(tensor);
        proto.DataLocation = TensorProto.Types.DataLocation.External;
        proto.ExternalData.Add(Pair("location", Data));
        proto.ExternalData.Add(Pair("offset", Text(offset)));
        proto.ExternalData.Add(Pair("length", Text(tensor.ByteCount)));
        return proto;
    }

    private static TensorProto Entry(TensorData tensor)
    {
        TensorProto proto = new() { Name = tensor.Name, DataType = (int)tensor.Type };
        proto.Dims.AddRange(tensor.Dims);
        return proto;
    }

    private static StringStringEntryProto Pair(string key, string value) => new() { Key = key, Value = value };

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
