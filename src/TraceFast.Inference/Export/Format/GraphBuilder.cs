using Google.Protobuf;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace TraceFast.Inference.Export.Format;

/// <summary>
/// A graph while it is built: nodes in the order of their computation, inputs, outputs and weights. A node's first output is named after
/// it, NAME/output_0, as ONNX Runtime GenAI names them.
/// </summary>
internal sealed class GraphBuilder
{
    /// <summary>The domain of ONNX Runtime's own operators.</summary>
    public const string Microsoft = "com.microsoft";

    private readonly HashSet<string> _constants = new(StringComparer.Ordinal);
    private readonly List<TensorData> _weights = [];

    public GraphProto Graph { get; } = new() { Name = "main_graph" };

    public IReadOnlyList<TensorData> Weights => _weights;

    public void Input(string name, DataType type, params object[] dims) => Graph.Input.Add(Value(name, type, dims));

    public void Output(string name, DataType type, params object[] dims) => Graph.Output.Add(Value(name, type, dims));

    /// <summary>A weight of the graph; its name.</summary>
    public string Weight(TensorData tensor)
    {
        _weights.Add(tensor);
        return tensor.Name;
    }

    /// <summary>An ONNX operator; the name of its output.</summary>
    public string Node(string op, string name, string[] inputs, params (string Key, object Value)[] attributes) =>
        Node("", op, name, inputs, [$"{name}/output_0"], attributes);

    /// <summary>An operator of any domain with the given outputs; the name of the first.</summary>
    public string Node(
        string domain, string op, string name, string[] inputs, string[] outputs, params (string Key, object Value)[] attributes)
    {
        NodeProto node = new() { OpType = op, Name = name, Domain = domain };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes.Select(a => Attribute(a.Key, a.Value)));
        Graph.Node.Add(node);
        return outputs[0];
    }

    /// <summary>Whole numbers as a constant node, one for all uses.</summary>
    public string Constant(params long[] values) =>
        Constant($"INT64/[{string.Join(", ", values)}]", DataType.Int64, [values.Length], [.. values.SelectMany(BitConverter.GetBytes)]);

    /// <summary>One whole number, of no dimension.</summary>
    public string ScalarConstant(long value) => Constant($"INT64/{value}", DataType.Int64, [], BitConverter.GetBytes(value));

    /// <summary>One number of the activations' type, of no dimension.</summary>
    public string ScalarConstant(double value, DataType type)
    {
        using torch.Tensor number = torch.tensor(value, dtype: ElementTypes.Torch(type));
        string name = string.Create(CultureInfo.InvariantCulture, $"{type.ToString().ToUpperInvariant()}/{value}");
        return Constant(name, type, [], number.bytes.ToArray());
    }

    private string Constant(string name, DataType type, long[] dims, byte[] bytes)
    {
        name = $"/model/constants/{name}";
        if (!_constants.Add(name))
            return name;
        TensorProto tensor = new() { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(dims);
        return Node("", "Constant", name, [], [name], ("value", tensor));
    }

    private static ValueInfoProto Value(string name, DataType type, object[] dims)
    {
        TensorShapeProto shape = new();
        foreach (object dim in dims)
        {
            shape.Dim.Add(dim is string symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(dim, CultureInfo.InvariantCulture) });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }

    private static AttributeProto Attribute(string key, object value)
    {
        AttributeProto attribute = new() { Name = key };
        switch (value)
        {
            case int or long:
                attribute.Type = AttributeProto.Types.AttributeType.Int;
                attribute.I = Convert.ToInt64(value, CultureInfo.InvariantCulture);
                break;
            case double number:
                attribute.Type = AttributeProto.Types.AttributeType.Float;
                attribute.F = (float)number;
                break;
            case long[] list:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.AddRange(list);
                break;
            case TensorProto tensor:
                attribute.Type = AttributeProto.Types.AttributeType.Tensor;
                attribute.T = tensor;
                break;
            default:
                throw new ArgumentException($"attribute {key}: {value.GetType().Name} has no attribute type here", nameof(value));
        }

        return attribute;
    }
}
