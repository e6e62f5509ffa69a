namespace TraceFast.Data.Json;

/// <summary>
/// Why one record cannot be used. Readers turn it into a <see cref="BadRecord"/> with the record's file and line; it never
/// leaves this project.
/// </summary>
internal sealed class RecordException(string reason) : Exception(reason);
