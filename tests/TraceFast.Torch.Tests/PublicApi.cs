using System.Globalization;
using System.Reflection;

namespace TraceFast.Torch.Tests;

/// <summary>The public surface of an assembly: one line per member, sorted, types by their C# names.</summary>
internal static class PublicApi
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short",
        [typeof(int)] = "int", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(string)] = "string", [typeof(object)] = "object",
    };

    public static IReadOnlyList<string> Of(Assembly assembly) =>
        [.. assembly.GetExportedTypes().SelectMany(Lines).Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Lines(Type type)
    {
        string name = Name(type);
        yield return name;
        if (type.IsEnum)
        {
            foreach (string value in Enum.GetNames(type))
                yield return $"{name}.{value} = {Convert.ToInt64(Enum.Parse(type, value), CultureInfo.InvariantCulture)}";
            yield break;
        }
        const BindingFlags declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (ConstructorInfo c in type.GetConstructors(declared))
            yield return $"{name}({Parameters(c)})";
        foreach (FieldInfo f in type.GetFields(declared))
            yield return $"{name}.{f.Name} : {Name(f.FieldType)}";
        foreach (PropertyInfo p in type.GetProperties(declared))
        {
            string indices = string.Join(", ", p.GetIndexParameters().Select(Parameter));
            foreach (MethodInfo accessor in p.GetAccessors())
                yield return $"{name}.{p.Name}{(indices.Length > 0 ? $"[{indices}]" : "")} : {Name(p.PropertyType)} {(accessor.ReturnType == typeof(void) ? "set" : "get")}";
        }
        foreach (MethodInfo m in type.GetMethods(declared).Where(m => !m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)))
            yield return $"{name}.{m.Name}{Arguments(m)}({Parameters(m)}) : {Name(m.ReturnType)}";
    }

    private static string Arguments(MethodInfo m) =>
        m.IsGenericMethod ? $"<{string.Join(", ", m.GetGenericArguments().Select(Name))}>" : "";

    private static string Parameters(MethodBase m) => string.Join(", ", m.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo p) => $"{Name(p.ParameterType)} {p.Name}{(p.IsOptional ? " = " + Default(p) : "")}";

    private static string Default(ParameterInfo p) => Convert.ToString(p.RawDefaultValue, CultureInfo.InvariantCulture) is { Length: > 0 } s ? s : "null";

    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out string? keyword))
            return keyword;
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        if (type.IsGenericParameter)
            return type.Name;
        string own = type.Name.Split('`')[0];
        string outer = type.IsNested ? Name(type.DeclaringType!) + "." : type.Namespace!.Contains("Torch", StringComparison.Ordinal) && type.Namespace.EndsWith("Utils", StringComparison.Ordinal) ? "Utils." : "";
        return outer + own + (type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : "");
    }
}
